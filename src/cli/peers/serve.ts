import { always, alwaysWithValue, gives, type PeerTable, refusalsOf, spelled, turns } from './peer-option.js';

const refused = refusalsOf('serve');

/** The options of blackbox_exporter and of other commands that `pprobe serve` has under another name, or in its configuration. */
export const servePeers: PeerTable = {
  options: {
    '--config.file': gives('config'),
    '--web.listen-address': gives('listen'),
    '--config.check': turns(['check']),
    ...spelled('--log.level --log.format --log.prober', alwaysWithValue),
    '--web.config.file': refused('it listens on loopback unless --listen says otherwise; TLS is for a proxy'),
    '--timeout-offset': refused('a probe ends before X-Prometheus-Scrape-Timeout-Seconds by itself'),
    '--web.enable-lifecycle': always,
  },
};
