/**
 * What pprobe uses of the NATS client. It is bundled into a file of its own (scripts/build.js), which is loaded when a command connects
 * to a broker and by nothing else.
 */
export {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
export { Kvm } from '@nats-io/kv';
export {
  AuthorizationError,
  connect,
  createInbox,
  credsAuthenticator,
  headers,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type NodeConnectionOptions,
  NoRespondersError,
  nkeyAuthenticator,
  PermissionViolationError,
  type Subscription,
} from '@nats-io/transport-node';
