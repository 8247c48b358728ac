import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { StudioSettingRow } from './studio-setting.entity.js';
import { StudioSettingsController } from './studio-settings.controller.js';
import { StudioSettingsService } from './studio-settings.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([StudioSettingRow]), AuthModule],
  controllers: [StudioSettingsController],
  providers: [StudioSettingsService],
  exports: [StudioSettingsService],
})
export class StudioSettingsModule {}
