import {
  familySpellings,
  gives,
  givesSeconds,
  type PeerOption,
  type PeerTable,
  refusalsOf,
  spelled,
} from './peer-option.js';

const credentials =
  'credentials come from the environment: PPROBE_NATS_CREDS=FILE, PPROBE_NATS_NKEY=FILE, or PPROBE_NATS_USER and PPROBE_NATS_PASSWORD';

/** The credentials of nats(1), which stand in the list of processes there. */
function credentialOptions(refused: (sentence: string) => PeerOption): PeerTable['options'] {
  return spelled('--creds --nkey --user --password', refused(credentials));
}

const refusedByFleet = refusalsOf('fleet');

/** The options of ssh(1), parallel-ssh(1), ansible(1) and nats(1) that `pprobe fleet` has under another name or not at all. */
export const fleetPeers: PeerTable = {
  options: {
    ...familySpellings,
    '-F': gives('ssh-config'),
    ...spelled('-H -i --host', gives('hosts')),
    ...spelled('-t -T', givesSeconds('deadline')),
    ...spelled(
      '-o -J -l -p -A -u',
      refusedByFleet('write it for the host into the configuration of ssh, which --ssh-config FILE can name'),
    ),
    '--source': refusedByFleet('every host sends from the address that its own routes choose'),
    ...credentialOptions(refusedByFleet),
  },
};

const refusedByAgent = refusalsOf('agent');

/** The options of nats(1) that `pprobe agent` does not have: credentials come from the environment. */
export const agentPeers: PeerTable = {
  options: {
    ...credentialOptions(refusedByAgent),
  },
};
