/** One variable that sends programs through a proxy, or keeps them from it. */
export interface ProxyVariable {
  /** As it is spelled in the environment: `https_proxy`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`. */
  name: string;
  /** As it stands there, but without `user:password@` of a URL. */
  value: string;
}

/**
 * What the environment says of proxies. pprobe connects directly and obeys none of it; programs that do (curl, the SDKs)
 * then speak to another machine than the one measured.
 */
export interface ProxyEnvironment {
  /** Every proxy variable that is set and not empty, in the order https, http, all, no. */
  variables: ProxyVariable[];
  /**
   * The one that a program honouring them would use for an https connection to the target: `https_proxy` before
   * `all_proxy`, lower case before upper case as curl reads them, and neither where `no_proxy` names the target. null: it
   * would connect directly.
   */
  forTarget: ProxyVariable | null;
}
