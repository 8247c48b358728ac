import { expect, jest, test } from '@jest/globals';
import { InProcessBroadcast } from '../../../platform/broadcast/in-process.broadcast.js';
import { CanceledItems } from './canceled-items.js';

test('items that are canceled in one process are stopped in every process that listens', () => {
  const broadcast = new InProcessBroadcast();
  const publish = jest.spyOn(broadcast, 'publish');
  const [here, there] = [{ abort: jest.fn() }, { abort: jest.fn() }];
  const callOffs = { ofItems: jest.fn() };
  const processes = [
    new CanceledItems(broadcast, here, callOffs),
    new CanceledItems(broadcast, there, callOffs),
  ] as const;
  for (const process of processes) process.onModuleInit();

  processes[0].announce(['a', 'b']);
  processes[0].announce([]);

  for (const { abort } of [here, there]) expect(abort.mock.calls).toEqual([['a'], ['b']]);
  expect(publish.mock.calls).toEqual([['item.canceled', '{"item_ids":["a","b"]}']]);
  expect(callOffs.ofItems.mock.calls).toEqual([[['a', 'b']]]);

  processes[1].onModuleDestroy();
  processes[0].announce(['c']);
  expect(here.abort).toHaveBeenLastCalledWith('c');
  expect(there.abort).toHaveBeenCalledTimes(2);
});
