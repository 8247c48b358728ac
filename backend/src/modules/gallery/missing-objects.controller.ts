import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { MissingObjectsReport } from '@atelier/contracts';
import { Answers } from '../../platform/http/index.js';
import { RequireRole, RequireScope } from '../auth/index.js';
import { MissingObjects } from './missing-objects.js';

@ApiTags('Gallery')
@RequireScope('admin:audit')
@Controller('api/v1/admin/gallery')
export class MissingObjectsController {
  constructor(@Inject(MissingObjects) private readonly missingObjects: MissingObjects) {}

  @Get('missing-objects')
  @RequireRole('admin')
  @ApiOperation({ operationId: 'getMissingObjects', summary: 'Read which paid images have lost their file' })
  @Answers(200, MissingObjectsReport, 'What the search, which goes on all the time, has found so far.')
  report(): Promise<MissingObjectsReport> {
    return this.missingObjects.report();
  }
}
