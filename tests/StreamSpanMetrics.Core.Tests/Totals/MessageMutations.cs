using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Copies of a message in which one field is wrong: all fields, at all depths, several wrong values of each.</summary>
public static class MessageMutations
{
    private const int MostElements = 4;

    /// <summary>The copies, each with the path of the field that was changed.</summary>
    public static IEnumerable<(string Path, IMessage Changed)> Of(IMessage message)
    {
        List<(string Path, Action<IMessage> Change)> changes = [];
        Collect(message, "", root => root, changes);
        foreach ((string path, Action<IMessage> change) in changes)
        {
            IMessage copy = message.Descriptor.Parser.ParseFrom(message.ToByteArray());
            change(copy);
            if (!copy.Equals(message))
            {
                yield return (path, copy);
            }
        }
    }

    private static void Collect(IMessage message, string prefix, Func<IMessage, IMessage> find, List<(string, Action<IMessage>)> changes)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            string path = prefix + field.Name;
            if (field.IsRepeated)
            {
                CollectRepeated(message, field, path, find, changes);
                continue;
            }

            changes.Add((path, root => field.Accessor.Clear(find(root))));
            if (field.FieldType == FieldType.Message)
            {
                if (field.Accessor.GetValue(message) is IMessage inner)
                {
                    Collect(inner, path + ".", root => (IMessage)field.Accessor.GetValue(find(root)), changes);
                }

                continue;
            }

            foreach (object value in Wrong(field, field.Accessor.GetValue(message)))
            {
                changes.Add((path, root => field.Accessor.SetValue(find(root), value)));
            }
        }
    }

    private static void CollectRepeated(
        IMessage message, FieldDescriptor field, string path, Func<IMessage, IMessage> find, List<(string, Action<IMessage>)> changes)
    {
        IList list = (IList)field.Accessor.GetValue(message);
        if (list.Count == 0)
        {
            return;
        }

        IList In(IMessage root) => (IList)field.Accessor.GetValue(find(root));
        changes.Add((path + "[]", root => In(root).Clear()));
        changes.Add((path + "[]", root => In(root).RemoveAt(In(root).Count - 1)));
        changes.Add((path + "[]", root => In(root).Add(In(root)[0])));
        changes.Add((path + "[]", root =>
        {
            object? first = In(root)[0];
            In(root)[0] = In(root)[^1];
            In(root)[^1] = first;
        }));
        for (int element = 0; element < Math.Min(list.Count, MostElements); element++)
        {
            int at = element;
            string place = string.Create(CultureInfo.InvariantCulture, $"{path}[{at}]");
            if (list[at] is IMessage inner)
            {
                Collect(inner, place + ".", root => (IMessage)In(root)[at]!, changes);
                continue;
            }

            foreach (object value in Wrong(field, list[at]!))
            {
                changes.Add((place, root => In(root)[at] = value));
            }
        }
    }

    private static object[] Wrong(FieldDescriptor field, object value) => value switch
    {
        uint number => [0u, number + 1, 1u << 20, uint.MaxValue],
        int number => [0, number + 1, int.MaxValue, int.MinValue],
        ulong number => [0ul, number + 1, ulong.MaxValue],
        long number => [0L, number + 1, number - 1, long.MaxValue, long.MinValue, -1L],
        bool flag => [!flag],
        string text => ["", text + "x", "\uFFFD", new string('x', 10_000)],
        ByteString bytes => [ByteString.Empty, ByteString.CopyFrom([0xFF, 0xFF, 0xFF]), ByteString.CopyFrom([.. bytes, 0x01])],
        _ => field.FieldType == FieldType.Enum ? [99] : throw new InvalidOperationException($"no wrong value of a {value.GetType()}"),
    };
}
