// Access tokens as any library of JSON Web Tokens makes them (RFC 7519), signed with a secret.
import { createHmac, randomBytes } from 'node:crypto';

const now = () => Math.floor(Date.now() / 1000);
export const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A token that is good for an hour, but for what `claims` says; `undefined` leaves a claim out.
 * @param {string} secret
 * @param {Record<string, unknown>} [claims]
 */
export function signToken(secret, claims = {}, header = { alg: 'HS256', typ: 'JWT' }) {
	const text = `${encode(header)}.${encode({ role: 'delegate', event: 'test', jti: randomBytes(8).toString('hex'), exp: now() + 3600, ...claims })}`;
	return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
