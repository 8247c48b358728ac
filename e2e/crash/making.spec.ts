import { describeKills } from './named-points.js';

describeKills('a process that makes an image,', ({ deed }) => deed === 'generate');
