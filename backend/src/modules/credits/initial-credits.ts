import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, type NewUserListener, NewUserListeners, type Newcomer } from '../auth/index.js';
import { StudioSettingsService } from '../studio-settings/index.js';
import { CreditLedger, SYSTEM_ACTOR } from './credit-ledger.js';

/** Gives every new user an account and the initial credits, in the transaction that creates the user. */
@Injectable()
export class InitialCredits implements NewUserListener, OnModuleInit {
  constructor(
    @Inject(NewUserListeners) private readonly listeners: NewUserListeners,
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(CreditLedger) private readonly ledger: CreditLedger,
  ) {}

  onModuleInit(): void {
    this.listeners.add(this);
  }

  async onUserCreated(tx: EntityManager, newcomer: Newcomer, actor: Actor | null): Promise<void> {
    await this.ledger.openAccount(tx, newcomer.id);
    const amount = newcomer.initialCredits ?? (await this.settings.current(tx)).initialCredits;
    if (amount === 0) return;
    await this.ledger.grant(tx, {
      userId: newcomer.id,
      grantId: `initial-${newcomer.id}`,
      amount,
      reason: 'Initial credits',
      actor: actor === null ? SYSTEM_ACTOR : { type: 'user', id: String(actor.id) },
    });
  }
}
