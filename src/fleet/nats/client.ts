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
export {
  AuthorizationError,
  connect,
  credsAuthenticator,
  headers,
  type Msg,
  type NatsConnection,
  type NodeConnectionOptions,
  NoRespondersError,
  nkeyAuthenticator,
  PermissionViolationError,
  type Subscription,
} from '@nats-io/transport-node';
