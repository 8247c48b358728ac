import { describeKills } from './named-points.js';
import { CALLING } from './points.js';

describeKills('a process that moves credits,', ({ deed }) => deed !== 'generate' && !CALLING.has(deed));
