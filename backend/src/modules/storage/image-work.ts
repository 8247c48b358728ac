import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { WorkQueue } from './work-queue.js';

/** libvips works on threads that file access needs too: never take all of them. */
const CONCURRENCY = Math.min(2, availableParallelism());

/** About five seconds of work for each kind; only keys and images that are held anyway wait. */
const MAX_WAITING = 250;

/** All decoding and drawing of images in this process: what somebody waits for goes before what can wait. */
@Injectable()
export class ImageWork extends WorkQueue {
  constructor() {
    super(CONCURRENCY, MAX_WAITING);
  }
}
