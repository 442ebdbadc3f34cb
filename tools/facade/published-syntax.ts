/**
 * Commands that no server at hand describes: of modules, and of newer servers. Their syntax is what redis.io and
 * valkey.io publish, in the notation of src/facade/syntax.ts, under the name of their group; what is too large for it
 * to be of help (the queries of FT.*), or not certain, is left out and has one list of arguments.
 */
export const PUBLISHED_SYNTAX: string = `
# array
ARCOUNT key
ARDEL key index...
ARDELRANGE key range{start end}...
ARGET key index
ARGETRANGE key start end
ARGREP key start end predicate<EXACT:string|MATCH:string|GLOB:pattern|RE:pattern>... [operator<AND|OR>] [LIMIT:limit] [WITHVALUES] [NOCASE]
ARINFO key [FULL]
ARINSERT key value...
ARLASTITEMS key count [REV]
ARLEN key
ARMGET key index...
ARMSET key data{index value}...
ARNEXT key
AROP key start end operation<SUM|MIN|MAX|AND|OR|XOR|USED|MATCH:value>
ARRING key size value...
ARSCAN key start end [LIMIT:limit]
ARSEEK key index
ARSET key index value...

# bloom-filter
BF.ADD key item
BF.CARD key
BF.EXISTS key item
BF.INFO key [singleValue<CAPACITY|SIZE|FILTERS|ITEMS|EXPANSION>]
BF.INSERT key [CAPACITY:capacity] [ERROR:error] [EXPANSION:expansion] [NOCREATE] [NONSCALING] ITEMS:item...
BF.LOADCHUNK key iterator data
BF.MADD key item...
BF.MEXISTS key item...
BF.RESERVE key errorRate capacity [EXPANSION:expansion] [NONSCALING]
BF.SCANDUMP key iterator

# cuckoo-filter
CF.ADD key item
CF.ADDNX key item
CF.COUNT key item
CF.DEL key item
CF.EXISTS key item
CF.INFO key
CF.INSERT key [CAPACITY:capacity] [NOCREATE] ITEMS:item...
CF.INSERTNX key [CAPACITY:capacity] [NOCREATE] ITEMS:item...
CF.LOADCHUNK key iterator data
CF.MEXISTS key item...
CF.RESERVE key capacity [BUCKETSIZE:bucketSize] [MAXITERATIONS:maxIterations] [EXPANSION:expansion]
CF.SCANDUMP key iterator

# count-min-sketch
CMS.INCRBY key items{item increment}...
CMS.INFO key
CMS.INITBYDIM key width depth
CMS.INITBYPROB key error probability
CMS.MERGE destinationKey #sourceKey... [WEIGHTS:weight...]
CMS.QUERY key item...

# top-k
TOPK.ADD key item...
TOPK.COUNT key item...
TOPK.INCRBY key items{item increment}...
TOPK.INFO key
TOPK.LIST key [WITHCOUNT]
TOPK.QUERY key item...
TOPK.RESERVE key topk [params{width depth decay}]

# t-digest
TDIGEST.ADD key value...
TDIGEST.BYRANK key rank...
TDIGEST.BYREVRANK key reverseRank...
TDIGEST.CDF key value...
TDIGEST.CREATE key [COMPRESSION:compression]
TDIGEST.INFO key
TDIGEST.MAX key
TDIGEST.MERGE destinationKey #sourceKey... [COMPRESSION:compression] [OVERRIDE]
TDIGEST.MIN key
TDIGEST.QUANTILE key quantile...
TDIGEST.RANK key value...
TDIGEST.RESET key
TDIGEST.REVRANK key value...
TDIGEST.TRIMMED_MEAN key lowCutQuantile highCutQuantile

# json
JSON.ARRAPPEND key path value...
JSON.ARRINDEX key path value [range{start [stop]}]
JSON.ARRINSERT key path index value...
JSON.ARRLEN key [path]
JSON.ARRPOP key [element{path [index]}]
JSON.ARRTRIM key path start stop
JSON.CLEAR key [path]
JSON.DEL key [path]
JSON.FORGET key [path]
JSON.GET key [INDENT:indent] [NEWLINE:newline] [SPACE:space] [path...]
JSON.MERGE key path value
JSON.MGET key... path
JSON.MSET data{key path value}...
JSON.NUMINCRBY key path number
JSON.NUMMULTBY key path number
JSON.OBJKEYS key [path]
JSON.OBJLEN key [path]
JSON.RESP key [path]
JSON.SET key path value [condition<NX|XX>]
JSON.STRAPPEND key [path] value
JSON.STRLEN key [path]
JSON.TOGGLE key path
JSON.TYPE key [path]

# search
FT.ALIASADD alias index
FT.ALIASDEL alias
FT.ALIASUPDATE alias index
FT.CONFIG|GET option
FT.CONFIG|SET option value
FT.DICTADD dict term...
FT.DICTDEL dict term...
FT.DICTDUMP dict
FT.DROPINDEX index [DD]
FT.EXPLAIN index query [DIALECT:dialect]
FT.EXPLAINCLI index query [DIALECT:dialect]
FT.INFO index
FT.SUGADD key string score [INCR] [PAYLOAD:payload]
FT.SUGDEL key string
FT.SUGGET key prefix [FUZZY] [WITHSCORES] [WITHPAYLOADS] [MAX:max]
FT.SUGLEN key
FT.SYNDUMP index
FT.TAGVALS index fieldName
FT._LIST

# time-series
TS.ADD key timestamp value [RETENTION:retentionPeriod] [ENCODING:encoding<COMPRESSED|UNCOMPRESSED>] [CHUNK_SIZE:size] [DUPLICATE_POLICY:policy<BLOCK|FIRST|LAST|MIN|MAX|SUM>] [ON_DUPLICATE:policy<BLOCK|FIRST|LAST|MIN|MAX|SUM>] [IGNORE:ignore{maxTimeDiff maxValDiff}] [LABELS:labels{label value}...]
TS.ALTER key [RETENTION:retentionPeriod] [CHUNK_SIZE:size] [DUPLICATE_POLICY:policy<BLOCK|FIRST|LAST|MIN|MAX|SUM>] [IGNORE:ignore{maxTimeDiff maxValDiff}] [LABELS:labels{label value}...]
TS.CREATE key [RETENTION:retentionPeriod] [ENCODING:encoding<COMPRESSED|UNCOMPRESSED>] [CHUNK_SIZE:size] [DUPLICATE_POLICY:policy<BLOCK|FIRST|LAST|MIN|MAX|SUM>] [IGNORE:ignore{maxTimeDiff maxValDiff}] [LABELS:labels{label value}...]
TS.CREATERULE sourceKey destKey AGGREGATION:aggregation{aggregator bucketDuration} [alignTimestamp]
TS.DECRBY key subtrahend [TIMESTAMP:timestamp] [RETENTION:retentionPeriod] [ENCODING:encoding<COMPRESSED|UNCOMPRESSED>] [CHUNK_SIZE:size] [DUPLICATE_POLICY:policy<BLOCK|FIRST|LAST|MIN|MAX|SUM>] [IGNORE:ignore{maxTimeDiff maxValDiff}] [LABELS:labels{label value}...]
TS.DEL key fromTimestamp toTimestamp
TS.DELETERULE sourceKey destKey
TS.GET key [LATEST]
TS.INCRBY key addend [TIMESTAMP:timestamp] [RETENTION:retentionPeriod] [ENCODING:encoding<COMPRESSED|UNCOMPRESSED>] [CHUNK_SIZE:size] [DUPLICATE_POLICY:policy<BLOCK|FIRST|LAST|MIN|MAX|SUM>] [IGNORE:ignore{maxTimeDiff maxValDiff}] [LABELS:labels{label value}...]
TS.INFO key [DEBUG]
TS.MADD data{key timestamp value}...
TS.MGET [LATEST] [labels<WITHLABELS|SELECTED_LABELS:label...>] FILTER:filter...
TS.MRANGE fromTimestamp toTimestamp [LATEST] [FILTER_BY_TS:timestamp...] [FILTER_BY_VALUE:range{min max}] [labels<WITHLABELS|SELECTED_LABELS:label...>] [COUNT:count] [aggregate{[ALIGN:align] AGGREGATION:aggregation{aggregator bucketDuration} [BUCKETTIMESTAMP:bucketTimestamp] [EMPTY]}] FILTER:filter... [GROUPBY:groupBy{label REDUCE:reducer}]
TS.MREVRANGE fromTimestamp toTimestamp [LATEST] [FILTER_BY_TS:timestamp...] [FILTER_BY_VALUE:range{min max}] [labels<WITHLABELS|SELECTED_LABELS:label...>] [COUNT:count] [aggregate{[ALIGN:align] AGGREGATION:aggregation{aggregator bucketDuration} [BUCKETTIMESTAMP:bucketTimestamp] [EMPTY]}] FILTER:filter... [GROUPBY:groupBy{label REDUCE:reducer}]
TS.QUERYINDEX filter...
TS.RANGE key fromTimestamp toTimestamp [LATEST] [FILTER_BY_TS:timestamp...] [FILTER_BY_VALUE:range{min max}] [COUNT:count] [aggregate{[ALIGN:align] AGGREGATION:aggregation{aggregator bucketDuration} [BUCKETTIMESTAMP:bucketTimestamp] [EMPTY]}]
TS.REVRANGE key fromTimestamp toTimestamp [LATEST] [FILTER_BY_TS:timestamp...] [FILTER_BY_VALUE:range{min max}] [COUNT:count] [aggregate{[ALIGN:align] AGGREGATION:aggregation{aggregator bucketDuration} [BUCKETTIMESTAMP:bucketTimestamp] [EMPTY]}]

# vector-set
VADD key [REDUCE:dim] vector<FP32:blob|VALUES:#value...> element [CAS] [quantization<NOQUANT|BIN|Q8>] [EF:buildExplorationFactor] [SETATTR:attributes] [M:numLinks]
VCARD key
VDIM key
VEMB key element [RAW]
VGETATTR key element
VINFO key
VISMEMBER key element
VLINKS key element [WITHSCORES]
VRANDMEMBER key [count]
VREM key element
VSETATTR key element attributes
VSIM key query<ELE:element|FP32:blob|VALUES:#value...> [WITHSCORES] [WITHATTRIBS] [COUNT:count] [EPSILON:maxDistance] [EF:searchExplorationFactor] [FILTER:expression] [FILTER-EF:maxFilteringEffort] [TRUTH] [NOTHREAD]

# newer
BACKUP|ABORT
BACKUP|CLEANUP
BACKUP|LIST
BACKUP|SEAL
BACKUP|START
BACKUP|STATUS
BLMOVEM source destination wherefrom<LEFT|RIGHT> whereto<LEFT|RIGHT> timeout [howMany{selector<COUNT:count|EXACTLY:exactly> ordering<OBO|BULK>}]
HIMPORT|DISCARD fieldsetName
HIMPORT|DISCARDALL
HIMPORT|PREPARE fieldsetName field...
HIMPORT|SET key fieldsetName value...
INCREX key [increment<BYFLOAT:float|BYINT:integer>] [SATURATE] [LBOUND:lowerBound] [UBOUND:upperBound] [expiration<EX:seconds|PX:milliseconds|EXAT:unixTimeSeconds|PXAT:unixTimeMilliseconds|PERSIST>] [ENX]
LMOVEM source destination wherefrom<LEFT|RIGHT> whereto<LEFT|RIGHT> [howMany{selector<COUNT:count|EXACTLY:exactly> ordering<OBO|BULK>}]
SDIFFCARD #key... [LIMIT:limit]
SUNIONCARD #key... [APPROX] [LIMIT:limit]
XNACK key group mode<SILENT|FAIL|FATAL> IDS:#id... [RETRYCOUNT:count] [FORCE]
`;

/** The group of a command that is not in the list, by what its name begins with. */
export const GROUP_OF_PREFIX: { readonly [prefix: string]: string } = {
  BF: 'bloom-filter',
  CF: 'cuckoo-filter',
  FT: 'search',
  JSON: 'json',
  TS: 'time-series',
};
