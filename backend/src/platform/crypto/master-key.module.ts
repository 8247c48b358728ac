import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MasterKeyRow } from './master-key.entity.js';
import { MasterKey } from './master-key.js';

/** Compares the master key with the database at the start. Not where a database is only filled or read. */
@Module({
  imports: [TypeOrmModule.forFeature([MasterKeyRow])],
  providers: [MasterKey],
  exports: [MasterKey],
})
export class MasterKeyModule {}
