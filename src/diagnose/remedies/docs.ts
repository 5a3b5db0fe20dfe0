const GUIDE = 'https://docs.aws.amazon.com';

/** Pages of AWS's own documentation, in one place so that a moved one is corrected once. */
export const DOCS = {
  vpcConnections: 'https://repost.aws/knowledge-center/api-gateway-vpc-connections',
  forbidden: 'https://repost.aws/knowledge-center/api-gateway-troubleshoot-403-forbidden',
  throttling: 'https://repost.aws/knowledge-center/api-gateway-429-limit',
  executionLogs: 'https://repost.aws/knowledge-center/api-gateway-logs',
  invokeUrl: `${GUIDE}/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html`,
  privateApiCreate: `${GUIDE}/apigateway/latest/developerguide/apigateway-private-api-create.html`,
  resourcePolicy: `${GUIDE}/apigateway/latest/developerguide/apigateway-resource-policies-examples.html`,
  endpointPolicy: `${GUIDE}/apigateway/latest/developerguide/apigateway-vpc-endpoint-policies.html`,
  gatewayResponses: `${GUIDE}/apigateway/latest/developerguide/supported-gateway-response-types.html`,
  securityPolicies: `${GUIDE}/apigateway/latest/developerguide/apigateway-security-policies.html`,
  mutualTls: `${GUIDE}/apigateway/latest/developerguide/rest-api-mutual-tls.html`,
  vpcDns: `${GUIDE}/vpc/latest/userguide/vpc-dns.html`,
  networkAcls: `${GUIDE}/vpc/latest/userguide/vpc-network-acls.html`,
  securityGroups: `${GUIDE}/vpc/latest/userguide/vpc-security-groups.html`,
  routeTables: `${GUIDE}/vpc/latest/userguide/VPC_Route_Tables.html`,
  inboundResolver: `${GUIDE}/Route53/latest/DeveloperGuide/resolver-forwarding-inbound-queries.html`,
  customDomains: `${GUIDE}/apigateway/latest/developerguide/apigateway-private-custom-domains.html`,
  networkFirewall: `${GUIDE}/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html`,
  pathMtu: `${GUIDE}/AWSEC2/latest/UserGuide/network_mtu.html`,
  proxy: `${GUIDE}/cli/latest/userguide/cli-configure-proxy.html`,
  nat64: `${GUIDE}/vpc/latest/userguide/nat-gateway-nat64-dns64.html`,
  interfaceEndpoints: `${GUIDE}/vpc/latest/privatelink/create-interface-endpoint.html`,
  gatewayEndpoints: `${GUIDE}/vpc/latest/privatelink/gateway-endpoints.html`,
  accessDenied: `${GUIDE}/IAM/latest/UserGuide/troubleshoot_access-denied.html`,
} as const;
