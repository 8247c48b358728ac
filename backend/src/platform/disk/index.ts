export { DiskModule } from './disk.module.js';
export { DiskSpace, type FileSystemStat, FileSystems, type Space } from './disk-space.js';
export { probeFolder, WriteProbe } from './write-probe.js';
