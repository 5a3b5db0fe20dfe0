import { naming } from './naming.rows.js';
import { network } from './network.rows.js';
import { policies } from './policies.rows.js';
import type { CatalogueRow } from './row.js';
import { service } from './service.rows.js';
import { tls } from './tls.rows.js';

/** Every row, in the order of the layers a request passes. */
export const catalogue: readonly CatalogueRow[] = [...naming, ...network, ...tls, ...policies, ...service];
