import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import { isRecordType } from '../../probe/dns/message/record-type.js';
import {
  always,
  familySpellings,
  gives,
  givesSeconds,
  givesSource,
  type PeerTable,
  refusalsOf,
  sourceNotInterface,
  spelled,
  turns,
  valued,
} from './peer-option.js';

const refused = refusalsOf('dns');
const noRecursion =
  'it asks resolvers, as programs do; to ask the servers of a zone one after the other, use dig +trace';

/** The sections and comments of dig's output. --short and --verbose choose what pprobe prints. */
const shown =
  '+noall +all +answer +noanswer +authority +noauthority +additional +noadditional +question +noquestion +comments ' +
  '+nocomments +stats +nostats +cmd +nocmd +multiline +nomultiline +multi +rrcomments +norrcomments +ttlid +nottlid ' +
  '+ttlunits +identify +noidentify +qr +noqr +class +noclass +noshort +recurse +rec +rdflag +edns +notcp +novc ' +
  '+fail +nofail +nocookie +nonsid +nodnssec +noignore +nocrypto +crypto +notrace +unknownformat +besteffort';

/** `+ans` is `+answer`, as dig reads it: a beginning of three letters or more. */
function withWholeName(word: string): string {
  const [, start = '', value = ''] = /^(\+[a-z-]{3,})(=.*)?$/s.exec(word) ?? [];
  if (start === '' || Object.hasOwn(options, start)) return word;
  const [meant] = Object.keys(options).filter((each) => each.startsWith(start));
  return meant === undefined ? word : `${meant}${value}`;
}

const options: PeerTable['options'] = {
  ...familySpellings,
  '@': gives('server'),
  '+': {
    takesValue: false,
    meaning(word) {
      throw new InvalidInputError(
        `+${word}`,
        `+${word}: pprobe dns has no such option; see pprobe dns --help`,
      );
    },
  },
  ...spelled(shown, always),
  '+short': turns(['short']),
  ...spelled('+tcp +vc -vc -T', turns(['tcp'])),
  ...spelled('+nsid', turns(['nsid'])),
  ...spelled('+cookie', turns(['cookie'])),
  ...spelled('+search +defname -search -defname', turns(['search'])),
  ...spelled('+nosearch +nodefname -nosearch -nodefname', turns(['search', false])),
  ...spelled('+time +timeout -timeout -W', givesSeconds('timeout')),
  ...spelled('+tries -R', gives('tries')),
  ...spelled(
    '+retry -retry',
    valued((value) => [{ name: 'tries', value: /^\d$/.test(value) ? String(Number(value) + 1) : value }]),
  ),
  ...spelled('-type -ty -typ -query -querytype -qt', gives('type')),
  // nslookup's -q=TYPE and dig's -q NAME.
  '-q': valued((value) => [{ name: isRecordType(value) ? 'type' : null, value }]),
  '-port': gives('port'),
  '-b': givesSource(sourceNotInterface),
  '-f': gives('file'),
  ...spelled('-u -U', always),
  ...spelled('-a -all -d -d2 -debug', turns(['verbose'])),
  ...spelled(
    '-c -class -cl',
    valued((value, spelling) => {
      if (value.toUpperCase() === 'IN') return [];
      throw new InvalidInputError(
        spelling,
        `${spelling}: ${quoted(value)} cannot be asked for; pprobe dns asks for class IN only`,
      );
    }),
  ),
  ...spelled('-n -nodebug -nod2 -recurse -fail', always),
  ...spelled('+trace +nssearch', refused(noRecursion)),
  ...spelled('+norecurse +norec +nordflag -norecurse -r', refused(noRecursion)),
  ...spelled(
    '+dnssec +do +cdflag +cd +adflag +ad +sigchase -C',
    refused('it does not validate; it shows AD and DNSSEC errors that the resolver reports'),
  ),
  ...spelled(
    '+subnet +noedns +bufsize +ednsopt +ednsflags +padding +keepalive',
    refused('it chooses the EDNS options; --nsid and --cookie add two'),
  ),
  ...spelled('+noadflag +noad +nocdflag +nocd', always),
  ...spelled(
    '+domain -domain -dom -srchlist +ndots -N +showsearch',
    refused('write the full name with a final dot, or give --no-search'),
  ),
  ...spelled('+https +tls +https-get +http-plain', refused('it speaks DNS over UDP and TCP')),
  ...spelled('+ignore', refused('it asks again over TCP when a reply is truncated, as programs do')),
  ...spelled('-k -y', refused('it does not sign its queries')),
  ...spelled('-l', refused('it asks for records, and does not transfer zones')),
  '-w': refused('give --timeout with the longest wait for one reply'),
  ...spelled('+yaml', refused('for a program, give --json')),
  ...spelled('-i -m -s -A', refused('see pprobe dns --help for what it has')),
};

/** The options of dig(1), nslookup(1) and host(1) that `pprobe dns` has under another name or not at all. */
export const dnsPeers: PeerTable = { options, rewrite: withWholeName };
