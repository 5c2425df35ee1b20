using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands;

/// <summary>What a command says when the brokers do not do what it asks.</summary>
internal static class BrokerFailure
{
    /// <summary>
    /// Prints one line and returns the exit code. <paramref name="reason"/> knows more about a connection that failed than the exception.
    /// </summary>
    public static int Print(
        KafkaException exception, ProcessorSettings settings, TextWriter writer, Func<KafkaException, string>? reason = null)
    {
        Error cause = CauseOf(exception);
        if (cause.IsLocalError)
        {
            string brokers = string.Join(',', settings.Source.Kafka.Brokers);
            writer.WriteLine(FormattableString.Invariant(
                $"no broker at {brokers} answered within {TopicAdmin.AskTimeout.TotalSeconds} s: {reason?.Invoke(exception) ?? cause.Reason}"));
            return ExitCode.CouldNotStart;
        }

        writer.WriteLine("the broker refuses: " + cause.Reason);
        return ExitCode.Failed;
    }

    // The client wraps the broker's answers: the useful words are in the answer for the one topic or group that was asked about.
    private static Error CauseOf(KafkaException exception)
    {
        IEnumerable<Error> causes = exception switch
        {
            DescribeTopicsException describe => describe.Results.TopicDescriptions.Select(topic => topic.Error),
            DescribeConfigsException configs => configs.Results.Select(topic => topic.Error),
            CreateTopicsException create => create.Results.Select(topic => topic.Error),
            ListOffsetsException offsets => offsets.Result.ResultInfos.Select(info => info.TopicPartitionOffsetError.Error),
            DescribeConsumerGroupsException groups => groups.Results.ConsumerGroupDescriptions.Select(group => group.Error),
            ListConsumerGroupOffsetsException committed => committed.Results.Select(group => group.Error)
                .Concat(committed.Results.SelectMany(group => group.Partitions).Select(partition => partition.Error)),
            _ => [],
        };
        return causes.FirstOrDefault(error => error.IsError) ?? exception.Error;
    }
}
