/**
 * The expression operators of mongod 6.0 (https://www.mongodb.com/docs/v6.0/reference/operator/aggregation/): what is
 * among these and not made here is refused as not implemented, anything else as unknown.
 */
export const EVERY_NAME: ReadonlySet<string> = new Set(
  (
    '$abs $accumulator $acos $acosh $add $allElementsTrue $and $anyElementTrue $arrayElemAt $arrayToObject $asin $asinh ' +
    '$atan $atan2 $atanh $avg $binarySize $bsonSize $ceil $cmp $concat $concatArrays $cond $convert $cos $cosh $dateAdd ' +
    '$dateDiff $dateFromParts $dateFromString $dateSubtract $dateToParts $dateToString $dateTrunc $dayOfMonth $dayOfWeek ' +
    '$dayOfYear $degreesToRadians $divide $eq $exp $filter $first $firstN $floor $function $getField $gt $gte $hour ' +
    '$ifNull $in $indexOfArray $indexOfBytes $indexOfCP $isArray $isNumber $isoDayOfWeek $isoWeek $isoWeekYear $last ' +
    '$lastN $let $literal $ln $log $log10 $lt $lte $ltrim $map $max $maxN $mergeObjects $meta $millisecond $min $minN ' +
    '$minute $mod $month $multiply $ne $not $objectToArray $or $pow $radiansToDegrees $rand $range $reduce $regexFind ' +
    '$regexFindAll $regexMatch $replaceAll $replaceOne $reverseArray $round $rtrim $sampleRate $second $setDifference ' +
    '$setEquals $setField $setIntersection $setIsSubset $setUnion $sin $sinh $size $slice $sortArray $split $sqrt ' +
    '$stdDevPop $stdDevSamp $strLenBytes $strLenCP $strcasecmp $substr $substrBytes $substrCP $subtract $sum $switch ' +
    '$tan $tanh $toBool $toDate $toDecimal $toDouble $toInt $toLong $toLower $toObjectId $toString $toUpper $trim $trunc ' +
    '$tsIncrement $tsSecond $type $unsetField $week $year $zip'
  ).split(' '),
);
