import { Component, computed, inject, input, linkedSignal, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import type {
  AdminProvider,
  ProviderConnection,
  ProviderCredentialsChange,
  ProviderTestResult,
} from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { formatCount } from '../../platform/formatting';
import { HistoryLink } from '../../platform/history-link';
import { Notifications } from '../../platform/notifications';
import { confirmed } from '../../ui/confirm-dialog';
import { Icon } from '../../ui/icon';
import { StatusDot } from '../../ui/status-dot';
import { ConnectionDialog, type ConnectionEdit } from '../connection-dialog/connection-dialog';
import { ProviderCommands } from '../provider-commands';
import { guideOf } from '../provider-guides';
import { addressOrigin, keyOrigin, keyText, testDetails, testText } from '../provider-words';

/** As many of a vendor's models are listed; some have thousands. */
const LISTED_MODELS = 40;

/** Key and address of a provider, and whether they work. A key goes in and is never shown again. */
@Component({
  selector: 'app-connection-panel',
  imports: [HistoryLink, Icon, MatButton, StatusDot],
  templateUrl: './connection-panel.html',
  styleUrl: './connection-panel.scss',
})
export class ConnectionPanel {
  readonly #commands = inject(ProviderCommands);
  readonly #dialog = inject(MatDialog);
  readonly #notifications = inject(Notifications);

  readonly provider = input.required<AdminProvider>();
  readonly connection = input.required<ProviderConnection>();

  /** The connection as it is after a change. */
  readonly changed = output<ProviderConnection>();
  /** Testing tells something about the provider's health, too. */
  readonly tested = output();

  protected readonly guide = computed(() => guideOf(this.provider().key));
  protected readonly keyText = computed(() => keyText(this.connection()));
  protected readonly keyOrigin = computed(() => keyOrigin(this.connection()));
  protected readonly addressOrigin = computed(() => addressOrigin(this.connection()));
  protected readonly hasKeys = computed(() => this.connection().key_need !== 'none');
  protected readonly isTesting = signal(false);

  /** Equal for the same connection, however often it is loaded. */
  readonly #identity = computed(() => JSON.stringify(this.connection()));
  /** What a test said holds for the connection that was tested. */
  readonly #tested = linkedSignal<string, ProviderTestResult | undefined>({
    source: this.#identity,
    computation: () => undefined,
  });
  protected readonly result = computed(() => {
    const result = this.#tested();
    if (!result) return undefined;
    const warnings = result.ok ? result.warnings : [];
    return { isGood: result.ok, text: testText(result), details: testDetails(result), warnings };
  });
  protected readonly models = computed(() => {
    const result = this.#tested();
    if (!result?.ok || result.models.length === 0) return undefined;
    const left = result.models.length - LISTED_MODELS;
    return {
      names: result.models.slice(0, LISTED_MODELS),
      more: left > 0 ? `and ${formatCount(left, 'more', 'more')}` : undefined,
    };
  });

  protected async edit(changes: ConnectionEdit['changes']): Promise<void> {
    const opened = this.#dialog.open<ConnectionDialog, ConnectionEdit, ProviderConnection>(ConnectionDialog, {
      data: { provider: this.provider(), connection: this.connection(), changes },
      width: '480px',
      maxWidth: 'calc(100vw - 32px)',
    });
    const connection = await firstValueFrom(opened.afterClosed());
    if (!connection) return;
    this.changed.emit(connection);
    this.#notifications.inform(changes === 'key' ? 'The key is saved and in use.' : 'The address is saved and in use.');
  }

  protected async removeKey(): Promise<void> {
    const { label } = this.provider();
    const isSure = await confirmed(this.#dialog, {
      title: `Remove the key of ${label}?`,
      text: 'It can’t be brought back. A key in the environment is used from then on, if there is one.',
      confirm: 'Remove',
      cancel: 'Keep it',
      isDestructive: true,
    });
    if (isSure) await this.#change({ api_key: null }, 'The key is removed.');
  }

  protected async removeAddress(): Promise<void> {
    const { key_source: keySource, fallback_base_url: fallback } = this.connection();
    const loses = keySource === 'console' ? ' The stored key belongs to the present address and is removed, too.' : '';
    const isSure = await confirmed(this.#dialog, {
      title: 'Remove the address?',
      text: `${fallback === null ? 'There is no other to use.' : `${fallback} is used from then on.`}${loses}`,
      confirm: 'Remove',
      cancel: 'Keep it',
      isDestructive: true,
    });
    if (isSure) await this.#change({ base_url: null }, 'The address is removed.');
  }

  protected async test(): Promise<void> {
    this.isTesting.set(true);
    this.#tested.set(undefined);
    try {
      this.#tested.set(await this.#commands.test(this.provider().key));
      this.tested.emit();
    } catch (error) {
      this.#notifications.fail(error);
    } finally {
      this.isTesting.set(false);
    }
  }

  async #change(change: ProviderCredentialsChange, done: string): Promise<void> {
    try {
      this.changed.emit(await this.#commands.changeCredentials(this.provider().key, change));
      this.#notifications.inform(done);
    } catch (error) {
      this.#notifications.fail(error);
    }
  }
}
