import { HttpCode, SerializeOptions, applyDecorators } from '@nestjs/common';
import { ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';
import type * as z from 'zod';

/**
 * Says what a route answers: the status, the schema that the body is serialised through, and both for the document.
 * @param headers those that say something of this answer alone, for the document
 */
export function Answers(
  status: number,
  schema: z.ZodType,
  description: string,
  headers?: ApiResponseOptions['headers'],
): MethodDecorator {
  return applyDecorators(
    HttpCode(status),
    SerializeOptions({ schema }),
    ApiResponse({ status, standardSchema: schema, description, ...(headers ? { headers } : {}) }),
  );
}

/** Says that a route answers without a body. */
export function AnswersNothing(description: string, headers?: ApiResponseOptions['headers']): MethodDecorator {
  return applyDecorators(HttpCode(204), ApiResponse({ status: 204, description, ...(headers ? { headers } : {}) }));
}
