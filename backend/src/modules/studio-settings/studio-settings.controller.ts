import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { StudioSettings, StudioSettingsChange, StudioSettingsChanged } from '@atelier/contracts';
import type * as z from 'zod';
import { Answers, Refuses } from '../../platform/http/index.js';
import { type Actor, CurrentUser, RequireRole, RequireScope } from '../auth/index.js';
import { StudioSettingsService } from './studio-settings.service.js';

@ApiTags('Settings')
@RequireRole('admin')
@RequireScope('admin:settings')
@Controller('api/v1/admin/studio/settings')
export class StudioSettingsController {
  constructor(@Inject(StudioSettingsService) private readonly settings: StudioSettingsService) {}

  @Get()
  @ApiOperation({ operationId: 'listStudioSettings', summary: 'Read every setting as it is in force' })
  @Answers(200, StudioSettings, 'All settings.')
  list(): Promise<StudioSettings> {
    return this.settings.list();
  }

  @Put()
  @ApiOperation({ operationId: 'changeStudioSettings', summary: 'Change some settings, all or nothing' })
  @Refuses('settings.invalid')
  @Answers(200, StudioSettingsChanged, 'All changes are in force.')
  async change(
    @CurrentUser() user: Actor,
    @Body({ schema: StudioSettingsChange }) change: StudioSettingsChange,
  ): Promise<z.infer<typeof StudioSettingsChanged>> {
    await this.settings.change(user, change);
    return { success: true };
  }
}
