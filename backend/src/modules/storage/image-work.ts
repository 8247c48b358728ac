import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { type Pauses, WorkQueue } from './work-queue.js';

/** libvips works on threads that file access needs too: never take all of them. */
const CONCURRENCY = Math.min(2, availableParallelism());

/** Some seconds of work for each kind; only keys and images that are held anyway wait. */
const MAX_WAITING = 600;

/**
 * Thumbnails begin when no image has come for a moment, so that whoever waits for one of several in a row has the whole
 * machine; when these many wait, they go along. Reading and keeping files leaves a core free now and then: two more use it.
 */
const PAUSES: Pauses = { afterMs: 50, patience: 256, atOnce: CONCURRENCY + 2 };

/** All decoding and drawing of images in this process: what somebody waits for goes before what can wait. */
@Injectable()
export class ImageWork extends WorkQueue {
  constructor() {
    super(CONCURRENCY, MAX_WAITING, PAUSES);
  }
}
