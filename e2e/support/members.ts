import type { CreatedUser, SessionGrant } from '@atelier/contracts';
import { type Answer, type ApiClient, anonymous, withToken } from './api-client.js';
import type { Server } from './server.js';

export interface Member {
  client: ApiClient;
  id: CreatedUser['id'];
  email: string;
  password: string;
}

const PASSWORD = 'lantern-velvet-38-orchard';

let membersMade = 0;

/**
 * A new member with exactly these credits, signed in. They accept an invitation, which signs them in: their password is
 * hashed once, where an administrator who chose it and a sign-in would take that long twice.
 */
export async function createMember(server: Server, admin: ApiClient, credits: number): Promise<Member> {
  membersMade += 1;
  const email = `member-${process.pid}-${membersMade}@atelier.test`;
  const created = await admin.post<CreatedUser>('/admin/users', {
    email,
    name: `Member ${membersMade}`,
    role: 'member',
    credits,
  });
  const { id, invitation_url: link } = succeeded(created, 201, `Inviting ${email}`);
  const token = new URL(link ?? '').hash.slice('#token='.length);
  const accepted = await anonymous(server).post<SessionGrant>('/auth/invitation', { token, password: PASSWORD });
  const { access_token: accessToken } = succeeded(accepted, 200, `Accepting as ${email}`);
  return { client: withToken(server, accessToken), id, email, password: PASSWORD };
}

function succeeded<Body>({ status, body }: Answer<Body>, expected: number, what: string): Body {
  if (status !== expected) throw new Error(`${what} was answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
