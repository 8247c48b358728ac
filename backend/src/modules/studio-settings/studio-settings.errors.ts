import type { FieldError } from '@atelier/contracts';
import { DomainError } from '../../platform/errors/index.js';

export class InvalidSettingsError extends DomainError {
  constructor(errors: readonly FieldError[]) {
    const sentence = errors.map(({ path, message }) => `${path} ${message}`).join('; ');
    super('settings.invalid', 'invalid', `Nothing was changed: ${sentence}.`, { errors });
  }
}
