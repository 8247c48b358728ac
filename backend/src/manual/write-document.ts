import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { asText, previewDocument } from './preview-document.js';

const [, , file] = process.argv;
if (file === undefined) throw new TypeError('Name the file to write the document to');
writeFileSync(file, asText(await previewDocument()));
