import { InvalidInputError } from '../../core/errors.js';
import {
  always,
  alwaysWithValue,
  familySpellings,
  gives,
  givesArgument,
  givesSeconds,
  givesSource,
  type PeerTable,
  refusalsOf,
  sourceNotInterface,
  spelled,
  turns,
  valued,
} from './peer-option.js';

const refused = refusalsOf('diagnose');
const oneGet = 'it sends one GET and reads the answer, because that changes nothing on the server';

/** The options of curl(1), openssl-s_client(1) and wget(1) that `pprobe diagnose` has under another name or not at all. */
export const diagnosePeers: PeerTable = {
  options: {
    ...familySpellings,
    ...spelled(
      '-S --show-error -f --fail --fail-with-body -i --include -g --globoff --compressed --http1.1 -N --no-buffer -q -# --progress-bar -T --tcp -n -z --spider --tcp-nodelay',
      always,
    ),
    ...spelled('-s --silent --no-progress-meter', turns(['quiet'])),
    ...spelled('--cacert -CAfile --ca-certificate', gives('ca-file')),
    ...spelled('--connect-timeout', givesSeconds('timeout')),
    '-m': givesSeconds('max-time'),
    // nc's and ping's -w is a time, curl's is a format.
    '-w': valued((value, spelling) => {
      if (/^[\d.]+(?:ms|s|m)?$/.test(value)) return givesSeconds('max-time').meaning(value, spelling);
      throw new InvalidInputError(spelling, `${spelling}: give --json, which has the status and every time`);
    }),
    ...spelled('--url -connect -p --port', givesArgument),
    '--dns-servers': gives('server'),
    '--interface': givesSource(sourceNotInterface),
    ...spelled(
      '-o --output',
      valued((value, spelling) => {
        if (value === '/dev/null') return [];
        throw new InvalidInputError(
          spelling,
          `${spelling}: pprobe diagnose keeps no body; to keep the report, give --save FILE`,
        );
      }),
    ),
    ...spelled(
      '-X --request',
      valued((value, spelling) => {
        if (value.toUpperCase() === 'GET') return [];
        throw new InvalidInputError(spelling, `${spelling}: leave it out; ${oneGet}`);
      }),
    ),
    ...spelled('--noproxy --proto --proto-redir', alwaysWithValue),
    ...spelled(
      '-I --head -d --data --data-raw --data-binary --data-urlencode -F --form --json-data -G --get -r --range -O --remote-name',
      refused(`leave it out; ${oneGet}`),
    ),
    ...spelled(
      '-k --insecure --no-check-certificate',
      refused(
        'leave it out; it tells what is wrong with a certificate, and --ca-file FILE trusts another authority',
      ),
    ),
    ...spelled(
      '-L --location',
      refused('leave it out; it tells where a redirect leads, and that URL can be diagnosed next'),
    ),
    ...spelled(
      '--resolve --connect-to',
      refused(
        'it connects to every address that this host resolves; to test one address, give pprobe tcp ADDR PORT, and for a VPC endpoint --vpce',
      ),
    ),
    ...spelled(
      '-x --proxy --socks5',
      refused('it connects without a proxy, and says so where programs here use one'),
    ),
    ...spelled('-u --user --oauth2-bearer', refused("give the header that it makes: -H 'Authorization: …'")),
    ...spelled(
      '-A --user-agent -b --cookie -e --referer',
      refused("give the header that it makes: -H 'NAME: VALUE'"),
    ),
    ...spelled('--capath -CApath', refused('put the certificates into one file, and give --ca-file FILE')),
    ...spelled(
      '-E --cert --key',
      refused('it sends no client certificate, and says where the server asks for one'),
    ),
    ...spelled(
      '-servername --servername',
      refused('the name of the target is the server name; give https://NAME/'),
    ),
    ...spelled('--http2 --http3 --http1.0', refused('it speaks HTTP/1.1')),
    ...spelled(
      '--tlsv1.2 --tlsv1.3 --tls-max --ciphers -tls1_2 -tls1_3',
      refused('it offers TLS 1.2 and 1.3, and tells what the server chose'),
    ),
    ...spelled('--retry -c', refused('pprobe tcp HOST PORT --count N repeats the connection')),
    ...spelled('-t --tries', refused('pprobe tcp HOST PORT --count N repeats the connection')),
    '--doh-url': refused('it asks resolvers over UDP and TCP; give one with --server ADDR'),
    ...spelled('--trace-ascii --trace-time --trace-ids', refused('give --verbose, or --json for every time')),
    '--aws-sigv4': refused("it does not sign requests; give the headers of a signed one: -H 'NAME: VALUE'"),
    ...spelled('--unix-socket --abstract-unix-socket', refused('it connects with TCP')),
    '--local-port': refused('the kernel chooses the local port; --source ADDR chooses the address'),
    '-P': refused('write the port behind the host: HOST:PORT'),
    ...spelled('--write-out', refused('give --json, which has every time and the status')),
  },
};
