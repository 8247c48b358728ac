import { access, constants } from 'node:fs/promises';
import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Liveness, Readiness } from '@atelier/contracts';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { Configuration } from '../config/index.js';
import { Answers, Public } from '../http/index.js';

@ApiTags('Operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Configuration) private readonly configuration: Configuration,
  ) {}

  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process answers' })
  @Answers(200, Liveness, 'The process answers.')
  live(): Liveness {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether the process can do its work' })
  @Answers(200, Readiness, 'Everything that the process needs is there; 503 with the same body when it is not.')
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const [database, storage] = await Promise.allSettled([
      this.dataSource.query('SELECT 1'),
      access(this.configuration.dataDir, constants.W_OK),
    ]);
    const checks = { database: verdict(database), storage: verdict(storage) };
    const isReady = Object.values(checks).every((check) => check === 'ok');
    if (!isReady) response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: isReady ? 'ok' : 'unavailable', checks };
  }
}

function verdict(result: PromiseSettledResult<unknown>): 'ok' | 'failed' {
  return result.status === 'fulfilled' ? 'ok' : 'failed';
}
