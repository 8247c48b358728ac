import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Liveness, Readiness } from '@atelier/contracts';
import type { Response } from 'express';
import { Answers, Public } from '../http/index.js';
import { ReadinessChecks } from './readiness-checks.js';

@ApiTags('Operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(@Inject(ReadinessChecks) private readonly checks: ReadinessChecks) {}

  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process answers' })
  @Answers(200, Liveness, 'The process answers.')
  live(): Liveness {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether the process can do its work' })
  @Answers(200, Readiness, 'Requests can be served. `disk_space` and `queue` may have failed all the same.')
  @ApiResponse({ status: 503, standardSchema: Readiness, description: 'Requests can not be served right now.' })
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const readiness = await this.checks.run();
    if (readiness.status !== 'ok') response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return readiness;
  }
}
