import fc from 'fast-check';

// That a mistake is noticed is enough here; nobody reads how.
fc.configureGlobal({ endOnFailure: true });
