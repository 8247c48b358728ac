import { Inject, Injectable } from '@nestjs/common';
import { type AspectRatio, type OpenAIModel, type OpenAIModelList, TIERS, type Tier } from '@atelier/contracts';
import { type DescribedProvider, ProviderCatalogue, ProviderSetups } from '../../providers/index.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { modelUnknown } from './image-wish.js';

/** One tier that a model makes. */
export interface TierOffer {
  readonly tier: Tier;
  /** Price of one image. */
  readonly credits: number;
  /** As OpenAI's clients write it, such as `1024x1024`. */
  readonly sizes: ReadonlyMap<AspectRatio, string>;
}

/** What may be named as `model`: a tier, whoever makes it, or a provider's own model. */
export interface OfferedModel {
  readonly id: string;
  /** Undefined for a tier. */
  readonly provider: string | undefined;
  readonly tiers: readonly TierOffer[];
}

/** What can be made at this moment, in the words of OpenAI's API. */
@Injectable()
export class OfferedModels {
  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(ProviderCatalogue) private readonly catalogue: ProviderCatalogue,
    @Inject(ProviderSetups) private readonly setups: ProviderSetups,
  ) {}

  /** The tiers first, then the providers' models in order of preference. */
  async current(): Promise<OfferedModel[]> {
    const settings = await this.settings.current();
    const [providers, setups] = await Promise.all([this.catalogue.list(settings), this.setups.read(settings)]);
    const ready = providers.filter(
      ({ key, status }) => settings.enabledProviders.has(key) && status !== 'not_configured',
    );
    const offerOf = ({ capabilities }: DescribedProvider, tier: Tier): TierOffer[] => {
      const sizes = capabilities.sizes[tier];
      if (!sizes) return [];
      const written = new Map([...sizes].map(([ratio, { width, height }]) => [ratio, `${width}x${height}`]));
      return [{ tier, credits: settings.prices[tier].credits, sizes: written }];
    };
    const tiers = TIERS.flatMap((tier): OfferedModel[] => {
      // An administrator may have settled who makes images; else it is the first who can.
      const able = ready.filter(({ capabilities }) => capabilities.sizes[tier] !== undefined);
      const maker = able.find(({ key }) => key === settings.imageProvider) ?? able[0];
      return maker ? [{ id: tier, provider: undefined, tiers: offerOf(maker, tier) }] : [];
    });
    const models = ready.flatMap((provider): OfferedModel[] => {
      const made = TIERS.flatMap((tier) => {
        // One that has no models to choose from, as the mock, is its own.
        const model = setups.get(provider.key)?.tiers[tier]?.model ?? provider.key;
        return offerOf(provider, tier).map((offer) => ({ model, offer }));
      });
      return [...Map.groupBy(made, ({ model }) => model)].map(([model, offers]) => ({
        id: `${provider.key}/${model}`,
        provider: provider.key,
        tiers: offers.map(({ offer }) => offer),
      }));
    });
    return [...tiers, ...models];
  }

  async list(): Promise<OpenAIModelList> {
    return { object: 'list', data: (await this.current()).map(view) };
  }

  /** @throws DomainError `studio.model_unknown` */
  async get(id: string): Promise<OpenAIModel> {
    const model = (await this.current()).find((offered) => offered.id === id);
    if (!model) throw modelUnknown(id);
    return view(model);
  }
}

function view({ id, provider, tiers }: OfferedModel): OpenAIModel {
  return {
    id,
    object: 'model',
    created: 0,
    owned_by: provider ?? 'atelier',
    credits: Math.min(...tiers.map(({ credits }) => credits)),
    sizes: [...new Set(tiers.flatMap(({ sizes }) => [...sizes.values()]))],
  };
}
