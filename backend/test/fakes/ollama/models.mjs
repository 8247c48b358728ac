// @ts-check

/**
 * @typedef {object} InstalledModel
 * @property {string} name with its tag
 * @property {string[]} capabilities
 * @property {string} family
 * @property {string} parameterSize
 */

const MODIFIED_AT = '2026-10-01T08:00:00.000000000Z';
const DIGEST = 'a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72';

/** What was pulled: one that answers, one that thinks first, one that only embeds, one that only draws. @type {readonly InstalledModel[]} */
export const INSTALLED = [
  { name: 'llama3.2:latest', capabilities: ['completion', 'tools'], family: 'llama', parameterSize: '3.2B' },
  { name: 'qwen3:4b', capabilities: ['completion', 'tools', 'thinking'], family: 'qwen3', parameterSize: '4.0B' },
  { name: 'nomic-embed-text:latest', capabilities: ['embedding'], family: 'nomic-bert', parameterSize: '137M' },
  { name: 'z-image:latest', capabilities: ['image'], family: 'zimage', parameterSize: '6B' },
];

/** The installed model of a name; without a tag the latest is meant. @param {string} name */
export function findModel(name) {
  const tagged = name.includes(':') ? name : `${name}:latest`;
  return INSTALLED.find((model) => model.name === tagged);
}

/** @param {InstalledModel} model */
const detailsOf = ({ family, parameterSize }) => ({
  parent_model: '',
  format: 'gguf',
  family,
  families: [family],
  parameter_size: parameterSize,
  quantization_level: 'Q4_K_M',
});

/** The answer of `GET /api/tags`; drawing models are listed although they can't be used. */
export function tags() {
  return {
    models: INSTALLED.map((model) => ({
      name: model.name,
      model: model.name,
      modified_at: MODIFIED_AT,
      size: 2_019_393_189,
      digest: DIGEST,
      details: detailsOf(model),
      capabilities: model.capabilities,
    })),
  };
}

/** The answer of `GET /api/ps`. @param {Iterable<string>} names the models that are in memory */
export function running(names) {
  return {
    models: [...names].flatMap((name) => {
      const model = findModel(name);
      if (!model) return [];
      const sizes = { size: 3_400_000_000, size_vram: 3_400_000_000 };
      const expiry = { digest: DIGEST, expires_at: '2026-11-28T12:05:00Z', context_length: 4_096 };
      return [{ name: model.name, model: model.name, details: detailsOf(model), ...sizes, ...expiry }];
    }),
  };
}

/** The answer of `POST /api/show`. @param {InstalledModel} model */
export function show(model) {
  return {
    license: 'Fake',
    modelfile: `FROM ${model.name}`,
    parameters: 'stop "<|eot_id|>"',
    template: '{{ .System }}{{ .Prompt }}',
    details: detailsOf(model),
    model_info: { 'general.architecture': model.family, [`${model.family}.context_length`]: 131_072 },
    capabilities: model.capabilities,
    modified_at: MODIFIED_AT,
  };
}
