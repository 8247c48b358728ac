// The framework with one route and nothing else: no guard, no database, no header of ours. Prints its own origin.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ANSWER } from './answer.mjs';

class HelloController {
  hello() {
    return ANSWER;
  }
}
// What decorators do, in a file that is not compiled.
Get()(HelloController.prototype, 'hello', Object.getOwnPropertyDescriptor(HelloController.prototype, 'hello'));
Controller()(HelloController);

class HelloModule {}
Module({ controllers: [HelloController] })(HelloModule);

const app = await NestFactory.create(HelloModule, { logger: false });
await app.listen(0, '127.0.0.1');
console.log(`Listening on ${await app.getUrl()}`);
