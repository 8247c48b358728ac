import type { CreatedUser } from '@atelier/contracts';
import { type ApiClient, signIn } from './api-client.js';
import type { Server } from './server.js';

export interface Member {
  client: ApiClient;
  id: CreatedUser['id'];
  email: string;
  password: string;
}

let membersMade = 0;

/** A new member with exactly these credits, signed in. */
export async function createMember(server: Server, admin: ApiClient, credits: number): Promise<Member> {
  membersMade += 1;
  const email = `member-${process.pid}-${membersMade}@atelier.test`;
  const password = 'lantern-velvet-38-orchard';
  const answer = await admin.post<{ id: CreatedUser['id'] }>('/admin/users', {
    email,
    name: `Member ${membersMade}`,
    role: 'member',
    password,
    credits,
  });
  if (answer.status !== 201)
    throw new Error(`Creating ${email} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return { client: await signIn(server, { email, password }), id: answer.body.id, email, password };
}
