/** Prefix of every API route; relative, so that requests can only go to the server that served the console. */
export const API_BASE = '/api/v1';
