// @ts-check

/** A certificate for vendor.example, signed by itself, with its key. It protects nothing: tests alone use it. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBcTCCARagAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA52ZW5kb3Iu
ZXhhbXBsZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGTEXMBUG
A1UEAwwOdmVuZG9yLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATj
CLuohn+ofU+iwcb/w8dw4I5Tfc97kWQwt7AOAjjuiljPVmDgE2nAb63QWc/DtipF
2Y/5db4Y38+Us6Rnvbwao00wSzAZBgNVHREEEjAQgg52ZW5kb3IuZXhhbXBsZTAP
BgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBRmwfMVzspaBlB+gMJy/+Gvto903zAK
BggqhkjOPQQDAgNJADBGAiEAgElh8bILcdiTCHlbH9120KKEoeC0XKWGJ9kQdzoY
yCUCIQC/oUhiJhFoc5e9+JU2udcf91rpfsytOE8oVAliUgla4A==
-----END CERTIFICATE-----
`;

export const CERTIFICATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgo6Q2/YU9P57IwNbX
jjnU4JT50gmE1l1KdptsmZzpycihRANCAATjCLuohn+ofU+iwcb/w8dw4I5Tfc97
kWQwt7AOAjjuiljPVmDgE2nAb63QWc/DtipF2Y/5db4Y38+Us6Rnvbwa
-----END PRIVATE KEY-----
`;
