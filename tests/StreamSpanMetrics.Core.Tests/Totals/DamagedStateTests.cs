using Google.Protobuf;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>No damage of any record of the state topic is accepted, and none is an exception (S1, S3, S6).</summary>
public sealed class DamagedStateTests
{
    private const int Shard = 3;
    private static readonly ShardRules Rules = BlockBuilder.Rules with { Shard = Shard };

    private readonly SoundState sound = new(Rules);

    public static TheoryData<int> Records => [.. Enumerable.Range(0, SoundState.RecordCount)];

    public static TheoryData<int> Chunks => [.. Enumerable.Range(0, SoundState.ChunkCount)];

    [Fact]
    public void The_state_that_is_damaged_is_sound()
    {
        RestoreResult result = SnapshotReader.Read(Rules, sound.Contents());
        Assert.Equal((RestoreFailure.None, StateRecordKind.None), (result.Failure, result.Record));
        Assert.Equal(RestoreFailure.None, result.Replay!.Complete(out ShardState? state, out _));
        Assert.Equal(SoundState.Series, state!.ActiveSeries);
        Assert.Single(state.Repairs.Sources);
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_flipped_bit_is_noticed(int record)
    {
        byte[] value = sound.Records[record].Value!;
        for (int bit = 0; bit < value.Length * 8; bit++)
        {
            byte[] damaged = [.. value];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            RestoreResult result = SnapshotReader.Read(Rules, sound.Contents(record, damaged));
            Assert.Equal(sound.Kinds[record], result.Record);
            Assert.Equal(sound.ChunkOf(record), result.Chunk);
            Assert.True(result.Failure is RestoreFailure.Damaged or RestoreFailure.NewerFormat, $"bit {bit}: {result.Failure}");
        }
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_cut_is_noticed(int record)
    {
        byte[] value = sound.Records[record].Value!;
        for (int length = 0; length < value.Length; length++)
        {
            RestoreResult result = SnapshotReader.Read(Rules, sound.Contents(record, value[..length]));
            Assert.Equal((RestoreFailure.Damaged, sound.Kinds[record]), (result.Failure, result.Record));
        }
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Bytes_behind_the_end_are_noticed(int record)
    {
        RestoreResult result = SnapshotReader.Read(Rules, sound.Contents(record, [.. sound.Records[record].Value!, 0x60, 0x01]));
        Assert.Equal((RestoreFailure.Damaged, sound.Kinds[record]), (result.Failure, result.Record));
    }

    [Theory]
    [MemberData(nameof(Chunks))]
    public void A_missing_chunk_is_named(int chunk)
    {
        RestoreResult result = SnapshotReader.Read(Rules, sound.Contents(sound.RecordOf(chunk), null));
        Assert.Equal((RestoreFailure.Missing, StateRecordKind.Chunk, chunk), (result.Failure, result.Record, result.Chunk));
    }

    [Fact]
    public void A_missing_control_record_is_named()
    {
        RestoreResult result = SnapshotReader.Read(Rules, sound.Contents(SoundState.Control, null));
        Assert.Equal((RestoreFailure.Missing, StateRecordKind.Control), (result.Failure, result.Record));
    }

    [Fact]
    public void Any_two_chunks_that_changed_places_are_noticed()
    {
        for (int one = 0; one < SoundState.ChunkCount; one++)
        {
            for (int other = 0; other < SoundState.ChunkCount; other++)
            {
                StateContents contents = sound.Contents(sound.RecordOf(one), sound.Records[sound.RecordOf(other)].Value);
                contents.Add(sound.Records[sound.RecordOf(other)].Key, sound.Records[sound.RecordOf(one)].Value);
                RestoreResult result = SnapshotReader.Read(Rules, contents);
                (RestoreFailure, int) expected = one == other ? (RestoreFailure.None, -1) : (RestoreFailure.Misplaced, Math.Min(one, other));
                Assert.Equal(expected, (result.Failure, result.Chunk));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Chunks))]
    public void A_chunk_of_an_older_set_is_stale(int chunk)
    {
        // Sets of one parity share their keys: this is what stays if the newer record is lost.
        SnapshotChunk older = SnapshotChunk.Parser.ParseFrom(sound.Records[sound.RecordOf(chunk)].Value);
        older.SetNumber -= 2;
        RestoreResult result = SnapshotReader.Read(Rules, sound.Contents(sound.RecordOf(chunk), Resealed(older)));
        Assert.Equal((RestoreFailure.Stale, StateRecordKind.Chunk, chunk), (result.Failure, result.Record, result.Chunk));
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_of_another_shard_is_noticed(int record)
    {
        if (sound.Kinds[record] == StateRecordKind.Control)
        {
            // It is the same in all partitions.
            return;
        }

        SoundState other = new(Rules with { Shard = Shard + 1 });
        RestoreResult result = SnapshotReader.Read(Rules, sound.Contents(record, other.Records[record].Value));
        Assert.Equal((RestoreFailure.Misplaced, sound.Kinds[record]), (result.Failure, result.Record));
        StateContents contents = sound.Contents();
        Assert.False(contents.Add(other.Records[record].Key, other.Records[record].Value));
        Assert.Equal(1, contents.ForeignRecords);
        Assert.Equal(RestoreFailure.None, SnapshotReader.Read(Rules, contents).Failure);
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_of_other_rules_is_foreign(int record)
    {
        SoundState other = new(Rules with { RulesFingerprint = 1 }, fingerprint: 1);
        RestoreResult result = SnapshotReader.Read(Rules, sound.Contents(record, other.Records[record].Value));
        Assert.Equal((RestoreFailure.ForeignFingerprint, sound.Kinds[record]), (result.Failure, result.Record));
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_newer_format_is_not_damage_and_a_format_before_the_first_is(int record)
    {
        foreach ((uint format, RestoreFailure expected) in new[] { (2u, RestoreFailure.NewerFormat), (0u, RestoreFailure.Damaged) })
        {
            IMessage message = sound.Message(record);
            message.Descriptor.FindFieldByName("format").Accessor.SetValue(message, format);
            RestoreResult result = SnapshotReader.Read(Rules, sound.Contents(record, Resealed(message)));
            Assert.Equal((expected, sound.Kinds[record]), (result.Failure, result.Record));
        }
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_field_that_is_wrong_under_a_right_checksum_is_a_value_too(int record)
    {
        string[] places = ["format", "rules_fingerprint", "shard", "set_number", "chunk", "chunks", "place"];
        int tried = 0;
        foreach ((string path, IMessage changed) in MessageMutations.Of(sound.Message(record)))
        {
            if (path.StartsWith("checksum", StringComparison.Ordinal))
            {
                continue;
            }

            tried++;
            RestoreFailure failure = Restore(sound.Contents(record, Resealed(changed)), path);
            bool isPlace = places.Contains(path.Split('.', '[')[0]) && !(sound.Kinds[record] == StateRecordKind.Control && path == "shards");
            Assert.False(isPlace && failure == RestoreFailure.None, $"{path} was not noticed");
        }

        Assert.True(tried > 10, $"only {tried} changes were tried");
    }

    private static byte[] Resealed(IMessage message)
    {
        message.Descriptor.FindFieldByName("checksum").Accessor.Clear(message);
        return StateSeal.Seal(message);
    }

    private static RestoreFailure Restore(StateContents contents, string path)
    {
        try
        {
            RestoreResult result = SnapshotReader.Read(Rules, contents);
            return result.Replay is ShardReplay replay ? replay.Complete(out _, out _) : result.Failure;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"a change of {path} was thrown, not told", exception);
        }
    }
}
