/**
 * What the generated table does not have, in the same form (command-info.ts), each with its reason. Read after it, so
 * that an entry here replaces one there.
 */
export const EXTRA_COMMANDS: string = `
# With KEYS the single key of MIGRATE must be empty, which no key specification can say.
write (W3%) (WKEYS@-2..-1!) nondeterministic
 MIGRATE/-6
# Redis 6, which has no key specifications: STRALGO LCS KEYS a b.
readonly (RKEYS@2..1)
 STRALGO/-2

# Redis 8.2 to 8.10, as redis.io publishes its command table: no Debian package has them yet.
readonly (R1)
 ARCOUNT/2 ARGET/3 ARGETRANGE/4 ARGREP/-6 ARINFO/-2 ARLASTITEMS/-3 ARLEN/2 ARMGET/-3 ARNEXT/2 AROP/-5 ARSCAN/-4
 DIGEST/2
readonly (R1#0+1)
 SDIFFCARD/-3 SUNIONCARD/-3
write (W1)
 ARDEL/-3 ARDELRANGE/-4 ARSEEK/3 DELEX/-2 XACKDEL/-6 XCFGSET/-2 XDELEX/-5 XNACK/-7
write denyoom (W1)
 ARINSERT/-3 ARMSET/-4 ARRING/-4 ARSET/-4 INCREX/-2 XIDMPRECORD/5
write denyoom (W1) (W2)
 LMOVEM/-5
write denyoom blocking (W1) (W2)
 BLMOVEM/-6
write denyoom (O1#0+1+2) <all_succeeded >multi_shard
 MSETEX/-4
-
 BACKUP/-2 HIMPORT/-2 HOTKEYS/-2
write denyoom (O2)
 HIMPORT|SET/-5
denyoom >all_shards
 HIMPORT|PREPARE/-4
>all_shards
 HIMPORT|DISCARD/3 HIMPORT|DISCARDALL/2
admin
 BACKUP|ABORT/2 BACKUP|CLEANUP/2 BACKUP|LIST/2 BACKUP|SEAL/2 BACKUP|START/2 BACKUP|STATUS/2 CLUSTER|MIGRATION/-4
admin <special >special nondeterministic
 HOTKEYS|GET/2
admin >special
 HOTKEYS|RESET/2 HOTKEYS|START/-2 HOTKEYS|STOP/2
readonly module (W1)
 VRANGE/-4

# Valkey 9. The cursor of CLUSTERSCAN has a hash tag: it names the slot where the scan goes on.
write (W1)
 DELIFEQ/3
readonly nondeterministic (N1~)
 CLUSTERSCAN/-2

# Modules (RedisBloom, RedisJSON, RedisTimeSeries, RediSearch and Valkey's), as redis.io publishes their tables; those
# of CMS.MERGE and JSON.MGET leave out keys. That JSON.MGET and JSON.MSET can be split is ours: like MGET and MSET.
readonly module (R1)
 BF.CARD/2 BF.DEBUG/2 BF.EXISTS/3 BF.INFO/-2 BF.MEXISTS/-3 CF.COUNT/3 CF.DEBUG/2 CF.EXISTS/3 CF.INFO/2 CF.MEXISTS/-3
 CMS.INFO/2 CMS.QUERY/-3 JSON.ARRINDEX/-4 JSON.ARRLEN/-2 JSON.GET/-2 JSON.OBJKEYS/-2 JSON.OBJLEN/-2 JSON.RESP/-2
 JSON.STRLEN/-2 JSON.TYPE/-2 TDIGEST.BYRANK/-3 TDIGEST.BYREVRANK/-3 TDIGEST.CDF/-3 TDIGEST.INFO/2 TDIGEST.MAX/2
 TDIGEST.MIN/2 TDIGEST.QUANTILE/-3 TDIGEST.RANK/-3 TDIGEST.REVRANK/-3 TDIGEST.TRIMMED_MEAN/4 TOPK.COUNT/-3 TOPK.INFO/2
 TOPK.LIST/-2 TOPK.QUERY/-3 TS.GET/-2 TS.INFO/-2 TS.RANGE/-4 TS.READ/-3 TS.REVRANGE/-4
readonly module (W1)
 BF.SCANDUMP/3 CF.COMPACT/-1 CF.SCANDUMP/3 FT.SUGGET/-3 FT.SUGLEN/2
readonly module (R1..-2) >multi_shard
 JSON.MGET/-3
readonly module (RMEMORY@1)
 JSON.DEBUG/-2
readonly module (R1#0+1)
 TS.NRANGE/-5 TS.NREVRANGE/-5
write denyoom module (W1)
 BF.ADD/3 BF.INSERT/-4 BF.LOADCHUNK/4 BF.MADD/-3 BF.RESERVE/-4 CF.ADD/3 CF.ADDNX/3 CF.INSERT/-4 CF.INSERTNX/-4
 CF.LOADCHUNK/4 CF.RESERVE/-3 CMS.INCRBY/-4 CMS.INITBYDIM/4 CMS.INITBYPROB/4 FT.SUGADD/-4 JSON.ARRAPPEND/-3
 JSON.ARRINSERT/-5 JSON.MERGE/-4 JSON.SET/-4 JSON.STRAPPEND/-3 TDIGEST.ADD/-3 TDIGEST.CREATE/-2 TDIGEST.RESET/2
 TOPK.ADD/-3 TOPK.INCRBY/-4 TOPK.RESERVE/-3 TS.ADD/-4 TS.ALTER/-2 TS.CREATE/-2 TS.DECRBY/-3 TS.INCRBY/-3
write denyoom module (W1) (R2#0+1)
 CMS.MERGE/-4 TDIGEST.MERGE/-4
write denyoom module (W1..-1+3) <all_succeeded >multi_shard
 JSON.MSET/-4
write denyoom module (W1..-1+3)
 TS.MADD/-4
write module (W1)
 CF.DEL/3 FT.SUGDEL/3 JSON.ARRPOP/-2 JSON.ARRTRIM/5 JSON.CLEAR/-2 JSON.DEL/-2 JSON.FORGET/-2 JSON.NUMINCRBY/4
 JSON.NUMMULTBY/4 JSON.NUMPOWBY/4 JSON.TOGGLE/3 TS.DEL/4
write module (R1) (W2)
 TS.CREATERULE/-5 TS.DELETERULE/3
readonly module
 FT.AGGREGATE/-3 FT.ALIASLIST/2 FT.CONFIG/-2 FT.CONFIG|GET/-3 FT.CONFIG|HELP/-3 FT.CURSOR/-2 FT.DICTDUMP/2
 FT.EXPLAIN/-3 FT.EXPLAINCLI/-3 FT.HYBRID/-7 FT.INFO/2 FT.PROFILE/-5 FT.SEARCH/-3 FT.SPELLCHECK/-3 FT.SYNDUMP/2
 FT.TAGVALS/3 FT._LIST/-1 TS.MGET/-3 TS.MRANGE/-4 TS.MREVRANGE/-4 TS.QUERYINDEX/-2 TS.QUERYLABELS/-2
readonly module >special
 FT.CURSOR|DEL/-4 FT.CURSOR|READ/-4
write denyoom module
 FT.ALIASADD/3 FT.ALIASUPDATE/3 FT.ALTER/-6 FT.CREATE/-5 FT.DICTADD/-3 FT.SYNUPDATE/-4
write module
 FT.ALIASDEL/2 FT.CONFIG|SET/-3 FT.DICTDEL/-3 FT.DROPINDEX/-2
`;
