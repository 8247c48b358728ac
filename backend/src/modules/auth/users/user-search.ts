import { Brackets } from 'typeorm';

const LARGEST_ID = 2_147_483_647;

/**
 * Users of whom somebody knows a part of the name or of the address, or the number. No index helps with that: it reads
 * users, of whom there are few beside what they make, until a page is full.
 */
export function isFoundBy(text: string): Brackets {
  return new Brackets((where) => {
    // SQLite knows capital and small letters of ASCII alone: others are found as they are typed.
    where
      .where(`user.name LIKE :typed ESCAPE '!'`, { typed: containing(text) })
      .orWhere(`LOWER(user.name) LIKE :folded ESCAPE '!'`, { folded: containing(text.toLowerCase()) })
      .orWhere(`user.email LIKE :folded ESCAPE '!'`);
    if (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= LARGEST_ID) {
      where.orWhere('user.id = :number', { number: Number(text) });
    }
  });
}

const containing = (text: string): string => `%${text.replace(/[!%_]/g, '!$&')}%`;
