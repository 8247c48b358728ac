import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { ReadinessChecks } from './readiness-checks.js';

@Module({ controllers: [HealthController], providers: [ReadinessChecks] })
export class HealthModule {
  /** @param storage the module that provides the `StorageProbe` */
  static asking(storage: Type): DynamicModule {
    return { module: HealthModule, imports: [storage] };
  }
}
