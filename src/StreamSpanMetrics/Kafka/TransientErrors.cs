using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace StreamSpanMetrics.Kafka;

/// <summary>Tells what goes by itself, when brokers, leaders and coordinators have found their places, from what somebody must mend.</summary>
internal static class TransientErrors
{
    private static readonly HashSet<ErrorCode> Codes =
    [
        ErrorCode.Local_Transport,
        ErrorCode.Local_AllBrokersDown,
        ErrorCode.Local_TimedOut,
        ErrorCode.Local_TimedOutQueue,
        ErrorCode.Local_MsgTimedOut,
        ErrorCode.Local_NoEnt,
        ErrorCode.Local_UnknownTopic,
        ErrorCode.Local_UnknownPartition,
        ErrorCode.Local_WaitCoord,
        ErrorCode.Local_Retry,
        ErrorCode.LeaderNotAvailable,
        ErrorCode.NotLeaderForPartition,
        ErrorCode.UnknownTopicOrPart,
        ErrorCode.BrokerNotAvailable,
        ErrorCode.ReplicaNotAvailable,
        ErrorCode.NotController,
        ErrorCode.RequestTimedOut,
        ErrorCode.NetworkException,
        ErrorCode.KafkaStorageError,
        ErrorCode.GroupLoadInProgress,
        ErrorCode.GroupCoordinatorNotAvailable,
        ErrorCode.NotCoordinatorForGroup,
        // A broker that has just come back answers before the controller counts on it: no place for any replica then. Where the factor
        // really is too large, the message that is waited with says so.
        ErrorCode.InvalidReplicationFactor,
    ];

    /// <summary>Whether the same call may succeed later although nobody mends anything.</summary>
    public static bool Include(KafkaException exception) => Causes(exception).All(Codes.Contains);

    // Administrative calls wrap the errors of single topics and partitions into one that says nothing but "partial".
    private static IEnumerable<ErrorCode> Causes(KafkaException exception) => exception switch
    {
        CreateTopicsException create => Failed(create.Results.Select(result => result.Error)),
        DescribeTopicsException describe => Failed(describe.Results.TopicDescriptions.Select(topic => topic.Error)),
        DescribeConfigsException configs => Failed(configs.Results.Select(result => result.Error)),
        ListOffsetsException offsets => Failed(offsets.Result.ResultInfos.Select(info => info.TopicPartitionOffsetError.Error)),
        _ => [exception.Error.Code],
    };

    private static IEnumerable<ErrorCode> Failed(IEnumerable<Error> errors) => errors.Where(error => error.IsError).Select(error => error.Code);
}
