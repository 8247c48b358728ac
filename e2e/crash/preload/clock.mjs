const RealDate = Date;
let shiftMs = 0;

class ShiftedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(ShiftedDate.now());
    else super(...parts);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }

  static [Symbol.hasInstance](value) {
    return RealDate.prototype.isPrototypeOf(value);
  }
}

/** Sets the process's wall clock off by so much; timers go on as before, as they do when a clock is set. */
export function shiftClock({ byMs }) {
  shiftMs = byMs;
  globalThis.Date = ShiftedDate;
}
