const GAP_PX = 8;
const COMPACT_WIDTH_PX = 600;
const SMALLEST_CELL_PX = { compact: 140, roomy: 220 } as const;

export interface GridGeometry {
  readonly columns: number;
  readonly cellPx: number;
  /** Height of a row with the gap under it. */
  readonly rowPx: number;
}

/** As many square cells side by side as fit without getting smaller than is useful. */
export function geometryFor(widthPx: number): GridGeometry {
  const smallestPx = widthPx < COMPACT_WIDTH_PX ? SMALLEST_CELL_PX.compact : SMALLEST_CELL_PX.roomy;
  const columns = Math.max(2, Math.floor((widthPx + GAP_PX) / (smallestPx + GAP_PX)));
  const cellPx = Math.max(1, Math.floor((widthPx - GAP_PX * (columns - 1)) / columns));
  return { columns, cellPx, rowPx: cellPx + GAP_PX };
}

export interface Movement {
  readonly key: string;
  readonly hasControl: boolean;
}

/** Where a key leads from a position in a grid; null when the key means nothing here. */
export function destination(
  { key, hasControl }: Movement,
  position: number,
  grid: { readonly count: number; readonly columns: number; readonly rowsPerPage: number },
): number | null {
  const { count, columns, rowsPerPage } = grid;
  const rowStart = position - (position % columns);
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: position - 1,
    ArrowRight: position + 1,
    // A row that is shorter than this column ends the way down at the last image.
    ArrowUp: position < columns ? position : position - columns,
    ArrowDown: rowStart + columns >= count ? position : position + columns,
    Home: hasControl ? 0 : rowStart,
    End: hasControl ? count - 1 : rowStart + columns - 1,
    PageUp: Math.max(position - rowsPerPage * columns, position % columns),
    PageDown: position + rowsPerPage * columns,
  };
  const target = moves[key];
  return target === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, target));
}
