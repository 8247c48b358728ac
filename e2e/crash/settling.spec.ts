import { describeKills } from './named-points.js';

describeKills('a process that moves credits,', ({ deed }) => !['generate', 'ask', 'retry'].includes(deed));
