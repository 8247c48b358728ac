import { describe, expect, it } from '@jest/globals';
import { destination, geometryFor } from './grid-geometry';

describe('geometryFor', () => {
  it.each([
    [328, 2],
    [720, 3],
    [1_296, 5],
    [3_000, 13],
  ])('fills %i px with %i columns and never more', (width, columns) => {
    const geometry = geometryFor(width);
    expect(geometry.columns).toBe(columns);
    expect(geometry.cellPx * columns + 8 * (columns - 1)).toBeLessThanOrEqual(width);
    expect(geometry.rowPx).toBe(geometry.cellPx + 8);
  });
});

describe('destination', () => {
  const grid = { count: 13, columns: 5, rowsPerPage: 2 };
  const go = (key: string, from: number, hasControl = false): number | null =>
    destination({ key, hasControl }, from, grid);

  it('moves by one, and by a row', () => {
    expect(go('ArrowRight', 4)).toBe(5);
    expect(go('ArrowLeft', 0)).toBe(0);
    expect(go('ArrowDown', 2)).toBe(7);
    expect(go('ArrowUp', 2)).toBe(2);
  });

  it('goes down into a shorter last row, and not past it', () => {
    expect(go('ArrowDown', 9)).toBe(12);
    expect(go('ArrowDown', 11)).toBe(11);
  });

  it('goes to the ends of the row and of everything', () => {
    expect(go('Home', 7)).toBe(5);
    expect(go('End', 7)).toBe(9);
    expect(go('End', 11)).toBe(12);
    expect(go('Home', 7, true)).toBe(0);
    expect(go('End', 7, true)).toBe(12);
  });

  it('moves by a screen', () => {
    expect(go('PageDown', 1)).toBe(11);
    expect(go('PageUp', 11)).toBe(1);
  });

  it('leaves other keys alone', () => {
    expect(go('a', 3)).toBeNull();
    expect(destination({ key: 'Home', hasControl: false }, 0, { ...grid, count: 0 })).toBeNull();
  });
});
