/**
 * Sealing (AES-256-GCM) and keyed hashing (HMAC-SHA-256) under keys with ids: the first key seals, all of them open, and
 * retiring one ends only what it sealed. Keys are derived per use (HKDF), so that a text sealed for one use
 * cannot be opened as another.
 */
import type { Vault } from '../../ports/index.ts';
import { fromBase64Url, timingSafeEqual, toBase64Url, toHex, utf8 } from './encoding.ts';

export interface KeyMaterial {
  id: string;
  secret: Uint8Array<ArrayBuffer>;
}

const IV_BYTES = 12;

/**
 * Seals and hashes with the first key, opens and compares with all of them. `open` throws when a text was sealed
 * under a key that is gone or has been altered.
 */
export function createVault(keys: readonly KeyMaterial[]): Vault {
  const derived = new Map<string, Promise<CryptoKey>>();

  async function derive(key: KeyMaterial, use: string, kind: 'seal' | 'mac'): Promise<CryptoKey> {
    const base = await crypto.subtle.importKey('raw', key.secret, 'HKDF', false, ['deriveKey']);
    const info = utf8(`vestibule ${kind} ${use}`);
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
    return kind === 'seal'
      ? crypto.subtle.deriveKey(hkdf, base, { name: 'AES-GCM', length: 256 }, false, [
          'encrypt',
          'decrypt',
        ])
      : crypto.subtle.deriveKey(hkdf, base, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, [
          'sign',
        ]);
  }

  function keyFor(key: KeyMaterial, use: string, kind: 'seal' | 'mac'): Promise<CryptoKey> {
    const name = `${kind}:${use}:${key.id}`;
    const known = derived.get(name) ?? derive(key, use, kind);
    derived.set(name, known);
    return known;
  }

  const [first] = keys;
  if (!first) throw new Error('a vault needs a key');

  async function macUnder(material: KeyMaterial, use: string, text: string): Promise<string> {
    const key = await keyFor(material, use, 'mac');
    return toHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(text)))).slice(0, 32);
  }

  return {
    mac: async (use, text) => macUnder(first, use, text),

    macs: async (use, text) => Promise.all(keys.map(async (key) => macUnder(key, use, text))),

    async digest(text) {
      return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))));
    },

    async seal(use, text) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const key = await keyFor(first, use, 'seal');
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, utf8(text));
      return `${first.id}.${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`;
    },

    async open(use, sealed) {
      const [id, iv = '', data = ''] = sealed.split('.');
      const material = keys.find((key) => key.id === id);
      if (!material) throw new Error('sealed under a key that is not ours');
      const key = await keyFor(material, use, 'seal');
      const opened = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: fromBase64Url(iv) },
        key,
        fromBase64Url(data),
      );
      return new TextDecoder().decode(opened);
    },

    equal: timingSafeEqual,
  };
}
