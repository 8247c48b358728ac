import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity.js';

/** What keys are called; those that were revoked, too. */
@Injectable()
export class ApiKeyNames {
  constructor(@InjectRepository(ApiKeyEntity) private readonly keys: Repository<ApiKeyEntity>) {}

  /** By id; without those that there never were. */
  async of(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const keys = await this.keys.find({ select: { id: true, name: true }, where: { id: In([...ids]) } });
    return new Map(keys.map(({ id, name }) => [id, name]));
  }
}
