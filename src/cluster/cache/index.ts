/** The client-side cache. */
export {
  type CacheHost,
  type CacheOptions,
  type CacheSettings,
  type CacheStats,
  ClientCache,
  cacheSettings,
} from './client-cache.ts';
