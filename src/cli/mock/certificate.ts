/** A certificate for https on this machine: a given one, or one made on the spot, which browsers warn of. */
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Certificate {
  cert: string;
  key: string;
}

const DAYS = 30;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** @throws Error when a file cannot be read */
export const readCertificate = (certFile: string, keyFile: string): Certificate => ({
  cert: readFileSync(certFile, 'utf8'),
  key: readFileSync(keyFile, 'utf8'),
});

const isAddress = (name: string): boolean => /^[\d.]+$|:/.test(name);

/** @param names host names and addresses that it is for */
export async function makeCertificate(names: readonly string[]): Promise<Certificate> {
  // Loaded here: it takes longer than the rest of the mock, and few ask for it.
  await import('@abraham/reflection');
  const { X509CertificateGenerator, SubjectAlternativeNameExtension, PemConverter } =
    await import('@peculiar/x509');
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Vestibule mock',
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - 60_000),
    notAfter: new Date(now + DAYS * 86_400_000),
    extensions: [
      new SubjectAlternativeNameExtension(
        names.map((value) => ({
          type: isAddress(value) ? ('ip' as const) : ('dns' as const),
          value,
        })),
      ),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
}
