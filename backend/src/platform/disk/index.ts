export { DiskModule } from './disk.module.js';
export { DiskSpace, type FileSystemStat, FileSystems, type Space } from './disk-space.js';
export { WriteProbe } from './write-probe.js';
