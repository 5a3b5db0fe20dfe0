import { configuration, endpointWith, ids } from '../configuration/vpc.js';
import { addresses, names } from '../facts.js';
import { privateDnsOffZone, zoneWithoutApi } from '../zones.js';
import { type Fault, fault } from './fault.js';

/** Faults in which the name does not resolve to the endpoint. */
export const dnsFaults: Fault[] = [
  fault(
    'private-dns-off',
    "The endpoint's private DNS is off, so the API's name gives API Gateway's public addresses.",
    'dns.public-answer',
    10,
    { resolver: { zone: privateDnsOffZone }, configuration: endpointWith({ PrivateDnsEnabled: false }) },
  ),
  fault(
    'wrong-resolver',
    'The client asks the on-premises resolver, which does not forward the name to the VPC.',
    'dns.public-answer',
    10,
    {
      nameservers: [addresses.onprem.ipv4],
      configuration: configuration({
        DhcpOptions: [
          {
            DhcpOptionsId: ids.dhcpOptions,
            DhcpConfigurations: [{ Key: 'domain-name-servers', Values: [{ Value: addresses.onprem.ipv4 }] }],
          },
        ],
      }),
    },
  ),
  fault(
    'nxdomain',
    "No execute-api endpoint with private DNS serves this VPC, and its resolver does not know the API's name.",
    'dns.nxdomain',
    10,
    { resolver: { zone: zoneWithoutApi } },
  ),
  fault(
    'no-data',
    'The resolver removes private addresses from its answers (rebind protection): the name exists, without addresses.',
    'dns.no-data',
    10,
    { resolver: { behaviour: 'no-data' } },
  ),
  fault(
    'resolver-silent',
    'A security group or network ACL drops port 53: the resolver never answers.',
    'dns.timeout',
    10,
    {
      filters: {
        vpc: 'chain input { type filter hook input priority 0; meta l4proto { tcp, udp } th dport 53 drop; }',
      },
    },
  ),
  fault('resolver-refuses', 'The resolver refuses questions from this network.', 'dns.refused', 10, {
    resolver: { behaviour: 'refused' },
  }),
  fault(
    'resolver-closed',
    'No DNS server runs at the address of the resolver; its host sends ICMP port unreachable.',
    'dns.unreachable',
    10,
    {
      filters: {
        vpc: 'chain input { type filter hook input priority 0; meta l4proto { tcp, udp } th dport 53 reject; }',
      },
    },
  ),
  fault(
    'resolver-malformed',
    'A device on the path damages the answers of the resolver.',
    'dns.malformed',
    10,
    { resolver: { behaviour: 'malformed' } },
  ),
  fault(
    'hosts-file',
    "The client's hosts file still has the address of an endpoint that is gone.",
    'dns.hosts-override',
    10,
    {
      hosts: [`10.0.2.99 ${names.api}`],
      filters: {
        vpc: 'chain forward { type filter hook forward priority 0; ip daddr 10.0.2.99 drop; }',
      },
    },
  ),
  fault(
    'no-way-out',
    'There is no endpoint with private DNS, and the subnet has no route to the public addresses of the name.',
    'dns.public-answer',
    10,
    {
      resolver: { zone: privateDnsOffZone },
      filters: {
        vpc: 'chain forward { type filter hook forward priority 0; oifname "to-r1" tcp dport 443 drop; }',
      },
    },
  ),
  fault(
    'resolver-servfail',
    'The resolver forwards the name to servers that it cannot reach.',
    'dns.servfail',
    10,
    { resolver: { behaviour: 'servfail' } },
  ),
];
