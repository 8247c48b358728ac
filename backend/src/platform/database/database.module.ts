import { Global, Injectable, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Configuration } from '../config/index.js';
import { DatabaseVersion } from './database-version.js';
import { dataSourceOptions } from './data-source.js';
import { openDatabase } from './open-database.js';
import { SingleProcessLock } from './single-process-lock.js';
import { Transactions } from './transactions.js';

/** Holds the lock on an SQLite data folder for as long as the application lives. */
@Injectable()
class DataFolderGuard implements OnApplicationShutdown {
  readonly #lock: SingleProcessLock | undefined;

  constructor(@Inject(Configuration) configuration: Configuration) {
    this.#lock = configuration.databaseUrl === undefined ? SingleProcessLock.acquire(configuration.dataDir) : undefined;
  }

  onApplicationShutdown(): void {
    this.#lock?.release();
  }
}

@Global()
@Module({ providers: [DataFolderGuard], exports: [DataFolderGuard] })
class DataFolderModule {}

/** The connection, migrated, and the one way to write to it. */
@Global()
@Module({
  imports: [
    DataFolderModule,
    TypeOrmModule.forRootAsync({
      // Depending on the guard makes sure that the lock is held before the database is opened.
      inject: [Configuration, DataFolderGuard],
      useFactory: (configuration: Configuration) => ({
        ...dataSourceOptions(configuration),
        autoLoadEntities: true,
        retryAttempts: 0,
      }),
      dataSourceFactory: (options) => {
        if (!options) throw new TypeError('The database has no options');
        return openDatabase(options);
      },
    }),
  ],
  providers: [Transactions, DatabaseVersion],
  exports: [Transactions, DatabaseVersion],
})
export class DatabaseModule {}
