// Loaded into the server under test with `--import`: answers every message with its figures since the last one.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

process.on('message', () => {
  process.send?.({
    eventLoopDelayP99Ms: delay.percentile(99) / 1e6,
    eventLoopDelayMaxMs: delay.max / 1e6,
    cpuSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    peakRssMib: process.resourceUsage().maxRSS / 1024,
    rssMib: process.memoryUsage().rss / 2 ** 20,
  });
  delay.reset();
});
// The probe must not keep a server alive that wants to stop.
process.channel?.unref();
