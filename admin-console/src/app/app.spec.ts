import { Component } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { describe, expect, it } from '@jest/globals';
import { App } from './app';

@Component({ template: 'page' })
class Page {}

const missing = () => Promise.reject(new TypeError('Failed to fetch'));

describe('App', () => {
  function start(): ComponentFixture<App> {
    TestBed.configureTestingModule({
      providers: [
        provideRouter([
          { path: 'page', component: Page },
          { path: 'missing', loadComponent: missing },
        ]),
      ],
    });
    return TestBed.createComponent(App);
  }

  it('offers to reload when the code of the first page cannot be fetched', async () => {
    const app = start();
    await expect(TestBed.inject(Router).navigateByUrl('/missing')).rejects.toThrow('Failed to fetch');
    await app.whenStable();

    expect(app.nativeElement.querySelector('main a')?.textContent).toBe('Reload');
  });

  it('leaves a page that is shown in place when the next one cannot be fetched', async () => {
    const app = start();
    await TestBed.inject(Router).navigateByUrl('/page');
    await expect(TestBed.inject(Router).navigateByUrl('/missing')).rejects.toThrow('Failed to fetch');
    await app.whenStable();

    expect(app.nativeElement.textContent.trim()).toBe('page');
  });
});
